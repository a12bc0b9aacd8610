import { expect, it } from 'vitest';
import { createFinding } from '../../../../../src/gate/examine/judge/scan-findings.ts';

it.each([
  ['custom-frontend', 1, 'custom-frontend in line 1'],
  ['remote-context', null, 'remote-context'],
  ['stdin-context', null, 'stdin-context'],
] as const)('what only a build can settle says why, and where: %s', (reason, line, found) => {
  const finding = createFinding({ reason, line });
  expect(finding).toMatchObject({ code: 'scan.unknown', level: 'warning', found });
  expect(finding.message).toMatch(/^(?:a frontend|the Dockerfile) .* so only a build can tell what is pulled$/);
});
