/** What the first comment of a converted policy begins with: by it such a policy is told from one that somebody wrote. */
export const convertedOpening = 'Converted from ';

/** Whether a policy was converted from another tool's. */
export function isConverted(yaml: string): boolean {
  return yaml.startsWith(`# ${convertedOpening}`);
}
