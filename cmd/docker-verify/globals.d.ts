/** The answer to Docker's metadata handshake, one line of JSON; put in place by `scripts/build/bundle.ts`. */
declare const handshakeAnswer: string;

/** The names of the modules that are assets of their own; put in place by `scripts/build/bundle.ts`. */
declare const separateParts: readonly string[];

/** What the module of the second stage (`app.ts`) is asked for by; put in place by `scripts/build/stages.ts`. */
declare const secondStage: string;
