// Headers of the PROXY protocol, version 2, right and wrong ones.

interface HeaderParts {
  /** Version and command. @defaultValue version 2, PROXY */
  readonly command?: number;
  /** Address family and transport. */
  readonly family: number;
  /** The client: dotted, or eight groups of hexadecimal digits. */
  readonly source?: string;
  /** Bytes behind the addresses. */
  readonly extensions?: number;
  /** A length that may be a lie. */
  readonly length?: number;
}

const SIGNATURE = Buffer.from([0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]);

export function proxyHeader({ command = 0x21, family, source, extensions = 0, length }: HeaderParts): Buffer {
  const addresses = Buffer.concat([addressBytes(family, source), Buffer.alloc(extensions, 0x04)]);
  const prefix = Buffer.alloc(16);
  SIGNATURE.copy(prefix);
  prefix[12] = command;
  prefix[13] = family;
  prefix.writeUInt16BE(length ?? addresses.length, 14);
  return Buffer.concat([prefix, addresses]);
}

function addressBytes(family: number, source: string | undefined): Buffer {
  const ports = Buffer.from([0x80, 0x00, 0x1f, 0x40]);
  if (family >> 4 === 1) {
    const bytes = (source ?? '0.0.0.0').split('.').map(Number);
    return Buffer.concat([Buffer.from(bytes), Buffer.from([127, 0, 0, 1]), ports]);
  }
  if (family >> 4 === 2) {
    const bytes = Buffer.alloc(32);
    for (const [index, group] of (source ?? '0:0:0:0:0:0:0:1').split(':').entries()) {
      bytes.writeUInt16BE(Number.parseInt(group, 16), index * 2);
    }
    return Buffer.concat([bytes, ports]);
  }
  return Buffer.alloc(family >> 4 === 3 ? 216 : 0);
}
