import type { ClientMessage } from './client-message';
import { isModest } from './json-scanner';
import { MAX_MESSAGE_DEPTH, MAX_MESSAGE_VALUES, type TrackerLimits } from './limits';
import { MessageScanner } from './message-scanner';
import { parseClientMessage } from './parsed-message';
import { reject, type Rejection } from './rejection';

const TOO_COMPLEX = `the message must not have more than ${MAX_MESSAGE_VALUES} values, or more than ${MAX_MESSAGE_DEPTH} levels`;

/**
 * Bytes in, a message with every field checked or a rejection out. Two readers behind one: the scanner
 * knows the messages that clients really send, and does not have to know any other.
 */
export class MessageReader {
  readonly #scanner: MessageScanner;

  constructor(private readonly limits: TrackerLimits) {
    this.#scanner = new MessageScanner(limits);
  }

  /**
   * Never throws, whatever the bytes.
   * @param bytes - valid UTF-8; the message that is returned may hold views of them
   */
  read(bytes: Buffer): ClientMessage | Rejection {
    const message = this.#scanner.scan(bytes);
    if (message) return message;
    if (!isModest(bytes, MAX_MESSAGE_VALUES, MAX_MESSAGE_DEPTH)) return reject('bad-message', TOO_COMPLEX);
    return parseClientMessage(bytes.toString(), this.limits);
  }
}
