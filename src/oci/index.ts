/**
 * Images and what is attached to them: references resolved to digests, and signatures collected, from registries and layouts.
 * Every byte is checked against its digest, and nothing is believed.
 */

export type { AttestationChoice } from './attached/attachment-form.ts';
export { type CollectOptions, collectAttachments, type SignatureRepository } from './attached/collect.ts';
export type { Collected } from './attached/read-attached.ts';
export { type ResolveOptions, type ResolveRequest, resolveImage } from './attached/resolve.ts';
export type { Credential } from './auth/credential-helper.ts';
export type { CredentialSource } from './auth/docker-credentials.ts';
export { defaultCacheFolder } from './cache/cache-folder.ts';
export { digestLike, digestOf } from './cache/digest-check.ts';
export { type CollectProblem, isUnseen, type ProblemKind, problemKind } from './content/collect-problem.ts';
export { openHeldContent } from './content/held-content.ts';
export { chainIdOf, configPlatform, parseImageConfig } from './content/image-config.ts';
export type { ImageSource, RepositoryName, StoredManifest } from './content/image-source.ts';
export { openLayout } from './content/layout.ts';
export { listTags } from './content/list-tags.ts';
export type { ImageManifest, IndexManifest, Manifest } from './content/manifest.ts';
export { acceptablePlatforms, selectPlatform } from './content/platform-match.ts';
export { createRegistryClient, type RegistryClient, type RegistryClientOptions } from './content/registry-client.ts';
export { type Artifact, type ArtifactLayer, pushArtifact } from './push/registry-writer.ts';
export { bounds } from './transport/bounds.ts';
export { type Download, type DownloadRequest, openDownload } from './transport/download.ts';
export { createWebClient, type WebClient, type WebClientOptions, type WebRequest } from './transport/web-client.ts';
