/** The commands: arguments in, gate called, report out. No other room touches the process, its streams or its exit status. */

export { main } from './main.ts';
