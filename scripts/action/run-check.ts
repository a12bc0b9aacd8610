// What action.yml starts. No condition stands around it: a step that does nothing would be a verdict that nobody reached.
import { check } from './check.ts';

process.exitCode = await check(process.env, (text) => process.stdout.write(text));
