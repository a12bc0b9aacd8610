import type { OutputFormat } from '../../gate/index.ts';
import { plainStatuses } from './statuses.ts';

export const plainFormats: readonly OutputFormat[] = ['text', 'json'];

/** What most commands of ours share: Docker's options are none of theirs, and they answer as text or JSON. */
export const ownCommand = {
  host: 'none',
  own: 'bare',
  options: [],
  formats: plainFormats,
  statuses: plainStatuses,
} as const;

/** The same for a command that prints a fixed text and takes no options that every command takes. */
export const bareCommand = { ...ownCommand, own: 'none', formats: [] } as const;
