/** The answer to Docker's metadata handshake, one line of JSON; put in place by `scripts/build/bundle.ts`. */
declare const handshakeAnswer: string;
