// What action.yml starts. No condition stands around it: a step that does nothing would be a verdict without a check.
import { check } from './check.ts';

process.exitCode = await check(process.env, (text) => process.stdout.write(text));
