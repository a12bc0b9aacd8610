/** The answer to Docker's metadata handshake, one line of JSON; put in place by `scripts/build/bundle.ts`. */
declare const handshakeAnswer: string;

/** The names of the modules that are assets of their own; put in place by `scripts/build/bundle.ts`. */
declare const separateParts: readonly string[];

/** The commands that have a code cache of their own; put in place by `scripts/build/bundle.ts`. */
declare const warmCommands: readonly string[];
