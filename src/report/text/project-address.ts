/**
 * Where the project can be read about, ending in a slash. The name is one that leads nowhere (RFC 2606, section 2), until the project has an
 * address of its own: no report may hold the address of another project.
 */
export const projectAddress = 'https://docker-verify.invalid/';
