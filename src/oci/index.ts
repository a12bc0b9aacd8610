/** Images and what is attached to them: references resolved to digests, and signatures collected, from registries and layouts. */
export type { AttestationChoice } from './attachment-form.ts';
export { bounds } from './bounds.ts';
export { defaultCacheFolder } from './cache-folder.ts';
export { type CollectOptions, collectAttachments, type SignatureRepository } from './collect.ts';
export { type CollectProblem, isUnseen, type ProblemKind, problemKind } from './collect-problem.ts';
export { writeWhole } from './content-cache.ts';
export type { Credential } from './credential-helper.ts';
export type { CredentialSource } from './docker-credentials.ts';
export { type Download, type DownloadRequest, openDownload } from './download.ts';
export { chainIdOf, parseImageConfig } from './image-config.ts';
export type { ImageSource, RepositoryName, StoredManifest } from './image-source.ts';
export { openLayout } from './layout.ts';
export type { ImageManifest, IndexManifest, Manifest } from './manifest.ts';
export { acceptablePlatforms, selectPlatform } from './platform-match.ts';
export type { Collected } from './read-attached.ts';
export { createRegistryClient, type RegistryClient, type RegistryClientOptions } from './registry-client.ts';
export { type ImageRequest, type ResolveOptions, resolveImage } from './resolve.ts';
export { createWebClient, type WebClient, type WebClientOptions, type WebRequest } from './web-client.ts';
