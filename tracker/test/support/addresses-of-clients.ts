import { Connection } from '../../src/core/peer';
import { TrackerCore } from '../../src/core/tracker-core';

/** Notes the address that the tracker has of each client that comes, in order. Undone by jest.restoreAllMocks(). */
export function watchAddresses(): (string | undefined)[] {
  const addresses: (string | undefined)[] = [];
  const open = TrackerCore.prototype.openConnection;
  jest.spyOn(TrackerCore.prototype, 'openConnection').mockImplementation(function (this: TrackerCore, ...args) {
    const connection: Connection = open.apply(this, args);
    addresses.push(connection.about.address);
    return connection;
  });
  return addresses;
}
