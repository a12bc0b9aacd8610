// What setup/action.yml starts.
import { setUp } from './setup.ts';

process.exitCode = await setUp(process.env, (text) => process.stdout.write(text));
