import { parseBuildArguments } from '../../../invocation/index.ts';
import type { ScanResult } from '../../../model/index.ts';
import { loadTargets, scanTargets } from '../../scan/scan-targets.ts';
import { machinePlatform } from '../../session/default-platform.ts';
import type { Session } from '../../session/session.ts';
import type { StandardInput } from '../../session/standard-input.ts';
import { withPathAlone } from './operands.ts';

/** What a Dockerfile uses, with its name as the user gave it. */
export interface ScannedBuild {
  readonly dockerfile: string;
  readonly scan: ScanResult;
}

/**
 * The images that `docker build` with these arguments would use. Touches neither network nor daemon.
 * @throws VerifyError `usage.*`, `context.*`, `dockerfile.*`
 */
export async function scan(session: Session, args: readonly string[], input: StandardInput): Promise<ScannedBuild> {
  const words = withPathAlone(args, session.environment.workingDirectory, 'scan');
  const parsed = parseBuildArguments(words, session.environment);
  const loaded = await loadTargets(parsed.invocation.targets, { session, input, network: false });
  const found = scanTargets(loaded, machinePlatform(session.environment), new Map());
  return { dockerfile: loaded[0]?.dockerfile.file ?? 'Dockerfile', scan: found };
}
