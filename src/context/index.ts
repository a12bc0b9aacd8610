/** The Dockerfile in a context that is no folder: a repository, an archive, a URL. Nothing of a context is unpacked or run. */

export { readArchivedDockerfile } from './archive.ts';
export { type ArchiveForm, archiveForm, archiveHeadSize } from './archive-form.ts';
export { type CheckedOut, type CommitRequest, checkOutCommit } from './check-out-commit.ts';
export { type Checkout, describeCheckout } from './checkout.ts';
export { resolveLocalDockerfile } from './local-dockerfile.ts';
export { type OpenRepository, openRepository } from './repository.ts';
export { gitPin, httpPin } from './source-pin.ts';
export { Unread } from './unread.ts';
