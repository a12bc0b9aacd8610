import { lab } from '../support/lab.ts';

const { registry } = lab();
const signed = `${registry}/signed/base:1`;
const several = `${registry}/signed/multi:1`;
/** What a page calls `registry.example.com`: nothing that another run pushed is in it. */
export const ownRegistry = `${registry}/documented-${process.pid}-${Date.now()}`;

/** What stands in a line for whatever the reader has: written whole, and in the place of the first match. */
export const placeholders: readonly (readonly [string | RegExp, string])[] = [
  ['IMAGE|PATH', '.'],
  ['IMAGE IMAGE', `${signed} ${registry}/unsigned/base:1`],
  ['IMAGE', signed],
  ['CODE', 'signature.missing'],
  ['ls|show|prune', 'ls'],
  ['REPOSITORY… --key FILE', `${registry}/signed/base --key acme.pub`],
  [/\bregistry\.example\.com\b/g, ownRegistry],
  [/\bcgr\.dev\/chainguard\/node\b(?!.*rule)/, signed],
  [/(--platform linux\/arm64 .*)\b(?:alpine:3\.20|node:22)/, `$1${several}`],
  ['node:22-slim', `${registry}/unsigned/base:1`],
  [/\b(?:alpine:3\.20|debian:12|node:22|node:18)(?![\w.-])/, signed],
  ['debian:13', `${registry}/unsigned/base:1`],
  [/\bapp:latest\b/g, 'documented-commands:latest'],
  [/ -t app /, ' -t documented-commands '],
];

/** Lines that name a command and do not start one: they are run as far as their help. */
export const names: ReadonlySet<string> = new Set([
  'cosign verify-blob --certificate-identity IDENTITY --certificate-oidc-issuer https://token.actions.githubusercontent.com --bundle FILE.sigstore.json FILE',
  'cosign verify-blob-attestation --type slsaprovenance1 --certificate-identity IDENTITY --certificate-oidc-issuer https://token.actions.githubusercontent.com --bundle docker-verify-VERSION.provenance.json.sigstore.json FILE',
  'docker bake',
  'docker build',
  'docker buildx bake --print',
  'docker buildx build',
  'docker buildx build --output type=oci',
  'docker buildx dap build',
  'docker buildx debug build',
  'docker compose',
  'docker compose build',
  'docker image rm',
  'docker verify',
  'docker verify build',
  'docker verify exposure',
  'docker verify policy push',
]);

const recorded = 'docker verify build -t app:latest . && ';
const lastId = `$(docker verify records ls --format json | grep -o "[0-9A-HJKMNP-TV-Z]\\{26\\}" | head -n 1)`;
const pushed = 'docker verify build --push -t registry.example.com/app:1 . && ';
const ourKey = 'cp "$LAB_ACME_KEY" key.pem && ';
const committed =
  'git init -q && git add . && git -c user.name=a -c user.email=a@example.com commit -qm x && git init -q --bare ../remote.git; git remote add origin "$PWD/../remote.git"; ';

/** What has to be there before, or is to be said otherwise, to run a line in a folder where no service answers. */
export const spelledOut: Readonly<Record<string, string>> = {
  'docker verify init': 'rm docker-verify.yaml && docker verify init --yes --key acme.pub',
  'docker verify init --yes --key keys/acme.pub .':
    'rm docker-verify.yaml && docker verify init --yes --key keys/acme.pub .',
  'docker verify init --add': 'docker verify init --add --yes --key keys/acme.pub',
  'docker verify init --add -f FILE .':
    'cp Dockerfile Other && docker verify init --add --yes --key keys/acme.pub -f Other .',
  'docker verify rebuild BUILD': `docker verify build . && docker verify rebuild ${lastId}`,
  'docker verify rebuild app:latest': `${committed}${recorded}docker verify rebuild app:latest`,
  'docker verify rebuild --format json=rebuild.json 01JD3Z': `${committed}${recorded}docker verify rebuild --format json=rebuild.json ${lastId}`,
  'docker verify rebuild --context . registry.example.com/app:1': `${committed}${ourKey}${pushed}docker verify records push --key key.pem registry.example.com/app:1 && docker verify rebuild --context . registry.example.com/app:1`,
  'docker verify check && docker build': 'docker verify check && docker build .',
  'docker verify completion SHELL': 'docker verify completion bash',
  'docker verify completion fish | source': `fish --no-config -c 'docker verify completion fish | source'`,
  'source <(docker verify completion zsh)': `zsh -f -c 'autoload -U compinit && compinit -u -D && source <(docker verify completion zsh) && whence _docker_verify'`,
  // PowerShell is not on these machines: as far as what it is given
  'docker verify completion powershell | Out-String | Invoke-Expression':
    'docker verify completion powershell | grep -q "^Register-ArgumentCompleter "',
  'docker verify shell powershell | Out-String | Invoke-Expression':
    'docker verify shell powershell | grep -q "^function docker "',
  'docker verify shell fish | source': `fish --no-config -c 'docker verify shell fish | source; and functions docker'`,
  'docker verify lock --check': 'docker verify lock && docker verify lock --check',
  'docker verify lock --update alpine:3.20': 'docker verify lock && docker verify lock --update alpine:3.20',
  'docker verify version --verify docker-verify-VERSION-OS-ARCH':
    'touch docker-verify-1.2.3-linux-x64 && docker verify version --verify docker-verify-1.2.3-linux-x64',
  'docker verify version --verify docker-verify-1.0.0-linux-x64':
    'touch docker-verify-1.0.0-linux-x64 && docker verify version --verify docker-verify-1.0.0-linux-x64',
  'sha256sum --check --ignore-missing SHA256SUMS':
    'sha256sum Dockerfile >SHA256SUMS && sha256sum --check --ignore-missing SHA256SUMS',
  'docker verify-build': 'eval "$(docker verify shell bash)"; docker verify-build --help',
  'docker verify check --offline .': 'docker verify check . && docker verify check --offline .',
  'docker verify check --format text --format markdown="$GITHUB_STEP_SUMMARY" .':
    'GITHUB_STEP_SUMMARY=$PWD/summary && touch "$GITHUB_STEP_SUMMARY" && docker verify check --format text --format markdown="$GITHUB_STEP_SUMMARY" . && grep -q "allowed" summary',
  'docker verify build --verify-offline .': 'docker verify check . && docker verify build --verify-offline .',
  'docker verify bake -f docker-bake.hcl --verify-offline app':
    'docker verify check -f docker-bake.hcl && docker verify bake -f docker-bake.hcl --verify-offline app',
  'docker verify policy convert --output docker-verify.yaml image-policy.json':
    'rm docker-verify.yaml && docker verify policy convert --output docker-verify.yaml image-policy.json',
  'docker verify policy push --key key.pem base.yaml oci://registry.example.com/policies/base:1': `${ourKey}docker verify policy push --key key.pem base.yaml oci://registry.example.com/policies/base:1`,
  'docker verify records show app:latest': `${recorded}docker verify records show app:latest`,
  'docker verify records show --format json 01JD3Z': `${recorded}docker verify records show --format json ${lastId}`,
  'docker verify records export --output app.cdx.json app:latest': `${recorded}docker verify records export --output app.cdx.json app:latest`,
  'docker verify records export --format github --ref refs/heads/main app:latest': `${committed}${recorded}docker verify records export --format github --ref refs/heads/main app:latest`,
  'docker verify records push --key key.pem registry.example.com/app:1 --format json': `${ourKey}${pushed}docker verify records push --key key.pem registry.example.com/app:1 --format json`,
  'docker verify records push --sbom registry.example.com/app:1': `${pushed}docker verify records push --sbom registry.example.com/app:1`,
  'docker verify records pull --key acme.pub registry.example.com/app': `${ourKey}${pushed}docker verify records push --key key.pem registry.example.com/app:1 && docker verify records pull --key acme.pub registry.example.com/app`,
};

const noSbom = 'the image store of this engine keeps no SBOM beside what it builds';

/** Lines that do not end with 0 here, and why. */
export const otherStatuses: Readonly<Record<string, readonly [statuses: readonly number[], reason: string]>> = {
  'docker verify build -f Bad.Dockerfile .': [[10], 'the page shows a refused build'],
  'docker verify packages IMAGE|PATH': [[11], "no SBOM is attached to the lab's base"],
  'docker verify rebuild BUILD': [[11], 'the folder is in no git; rebuild.test.ts builds again what is'],
  'docker verify version --verify docker-verify-VERSION-OS-ARCH': [[10], 'the file is none of a release'],
  'docker verify version --verify docker-verify-1.0.0-linux-x64': [[10], 'the file is none of a release'],
  'docker verify packages .': [[11], "no SBOM is attached to the lab's base"],
  'docker verify packages --format csv=packages.csv node:22': [[11], "no SBOM is attached to the lab's base"],
  'docker verify policy push base.yaml oci://registry.example.com/policies/base:1 --format json': [
    [64],
    'there is no identity of a CI job here; push.test.ts has one',
  ],
  'docker verify records export --output app.cdx.json app:latest': [[11], noSbom],
  'docker verify records export --format github --ref refs/heads/main app:latest': [[11], noSbom],
  'docker verify records push --sbom registry.example.com/app:1': [
    [64],
    'there is no identity of a CI job here; sharing.test.ts has one',
  ],
  'docker verify trust update': [[0, 11], 'the network may be away'],
  'docker verify trust update --format json': [[0, 11], 'the network may be away'],
};

/** Lines that would change this machine: the test that runs them on a machine of its own. */
export const elsewhere: Readonly<Record<string, string>> = {
  'sudo docker-verify install --system --policy oci://registry.example.com/policies/base:1 --key policies.pub':
    'test/e2e/policy/install-system.test.ts',
  'sudo docker-verify uninstall --system': 'test/e2e/policy/install-system.test.ts',
};
