/**
 * The answer to Docker's handshake, one line of JSON (docker/cli, cli-plugins/metadata). `version` is ours, without `v`; `url` is where the project lives,
 * null for nowhere.
 */
export function metadata(version: string, url: string | null): string {
  return JSON.stringify({
    SchemaVersion: '0.1.0',
    Vendor: 'docker-verify',
    Version: version,
    ShortDescription: 'Prove who made every image a build uses, then build from exactly those',
    ...(url === null ? {} : { URL: url }),
  });
}
