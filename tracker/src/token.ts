// For a publisher's backend: makes the tokens that its viewers show to the tracker. Needs nothing but node:crypto.

export { MAX_TOKEN_LENGTH, mintToken, type TokenClaims, type TokenKey } from './access/token';
