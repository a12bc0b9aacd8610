import type { FindingCode } from '../../model/index.ts';
import type { FindingExplanation } from './finding-explanation.ts';

/** What findings mean that say of no image what is wrong, but what could not be known before a build. */
export const scanFindings: Readonly<Record<Extract<FindingCode, `scan.${string}`>, FindingExplanation>> = {
  'scan.unknown': {
    headline: 'cannot be foreseen',
    meaning:
      'A custom frontend, or a context that could not be read before the build, decides what is pulled, so only a build can settle it.',
    cure: 'Run `docker verify build`: it verifies each image at the moment the builder asks for it.',
  },
  'scan.unreadable': {
    headline: 'cannot be read',
    meaning:
      'One of the files that `check --recursive` found, or the policy for it, could not be read, so nothing is known of the images that its build uses. All the other files were judged.',
    cure: 'Mend that file; `docker verify check` of its folder says the same of it alone.',
  },
};
