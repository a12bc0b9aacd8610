/** How a definition in a repository names folders of this machine. */
export const workingFolder = 'cwd://';
