// An SBOM scanner as BuildKit runs one (moby/buildkit, docs/attestations/sbom-protocol.md), made of busybox: it lists the package URLs
// in every file `*.packages` of what it is to scan.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildImage, type RunningLab } from './lab.ts';

const dockerfile = `FROM scratch
COPY busybox /bin/busybox
COPY scan /scan
RUN --network=none ["/bin/busybox", "--install", "-s", "/bin"]
ENTRYPOINT ["/bin/sh", "/scan"]
`;

const script = String.raw`set -e
scan() {
  name=$(basename "$1")
  packages=
  number=0
  for list in $(find "$1" -name '*.packages' | sort); do
    while read -r purl; do
      number=$((number + 1))
      version=\${purl#*@}
      named=\${purl%@*}
      packages="$packages\${packages:+,}"'{"SPDXID":"SPDXRef-Package-'"$number"'","name":"'"\${named##*/}"'","versionInfo":"'"\${version%%\?*}"'","downloadLocation":"NOASSERTION","externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"'"$purl"'"}]}'
    done <"$list"
  done
  cat >"$BUILDKIT_SCAN_DESTINATION/$name.spdx.json" <<STATEMENT
{"_type":"https://in-toto.io/Statement/v0.1","predicateType":"https://spdx.dev/Document","predicate":{
"spdxVersion":"SPDX-2.3","dataLicense":"CC0-1.0","SPDXID":"SPDXRef-DOCUMENT","name":"$name",
"documentNamespace":"https://example.test/$name","packages":[$packages],
"creationInfo":{"created":"2026-01-01T00:00:00Z","creators":["Tool: lab-scanner"]}}}
STATEMENT
}
scan "$BUILDKIT_SCAN_SOURCE"
for stage in "\${BUILDKIT_SCAN_SOURCE_EXTRAS:-/none}"/*; do
  [ -d "$stage" ] && scan "$stage"
done
exit 0
`.replaceAll('\\${', '${');

/** Builds and pushes the scanner. Answers its digest. */
export async function pushScanner(lab: RunningLab, reference: string): Promise<string> {
  const busybox = await readFile(join(lab.home, 'bin', 'busybox'));
  return await buildImage(lab, reference, dockerfile, { busybox, scan: script });
}
