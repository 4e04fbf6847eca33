// The doubles that the core's tests and the simulator stand on keep the contracts, in virtual time.

import { MemoryStore } from '../../src/adapters/shared/memory-store';
import { FakeHttp } from '../doubles/fake-http';
import { FakePeerNetwork } from '../doubles/fake-links';
import { FakeTracker } from '../doubles/fake-signalling';
import { ManualConditions } from '../doubles/manual-conditions';
import { ManualLifecycle } from '../doubles/manual-lifecycle';
import { SeededRandom } from '../doubles/seeded-random';
import { VirtualClock } from '../doubles/virtual-clock';
import { clockContract } from './clock-contract';
import { virtualWaiting } from './contract';
import { describeContract } from './describe-contract';
import { httpContract, ORIGIN, type HttpWorld, type OriginScript } from './http-contract';
import { networkConditionsContract } from './network-conditions-contract';
import { pageLifecycleContract } from './page-lifecycle-contract';
import { peerLinksContract } from './peer-links-contract';
import { randomContract } from './random-contract';
import { segmentStoreContract } from './segment-store-contract';
import { signallingContract, type SignallingWorld } from './signalling-contract';

const SEED = 7;

describeContract('VirtualClock', clockContract, () => {
  const clock = new VirtualClock();
  return { clock, ...virtualWaiting(clock) };
});

describeContract('SeededRandom', randomContract, () => ({ random: new SeededRandom(SEED) }));

describeContract('MemoryStore', segmentStoreContract, () => ({
  store: new MemoryStore(),
  ...virtualWaiting(new VirtualClock()),
}));

describeContract('ManualLifecycle', pageLifecycleContract, () => {
  const lifecycle = new ManualLifecycle();
  return {
    lifecycle,
    leave: () => lifecycle.leave(),
    return: () => lifecycle.return(),
    show: (isShown) => lifecycle.show(isShown),
  };
});

describeContract('ManualConditions', networkConditionsContract, () => {
  const conditions = new ManualConditions();
  return { conditions, change: (line) => conditions.change(line), ...virtualWaiting(new VirtualClock()) };
});

describeContract('FakeHttp', httpContract, (): HttpWorld => {
  const clock = new VirtualClock();
  const http = new FakeHttp(clock, { rate: 100_000_000, ttfb: 5 });
  for (const [name, script] of Object.entries<OriginScript>(ORIGIN)) http.serve(name, script.bytes, script);
  http.serve('unreachable', new Uint8Array(0), { failures: Infinity });
  return {
    http,
    url: (resource) => resource,
    unreachableUrl: 'unreachable',
    openResponses: () => http.activeCount,
    ...virtualWaiting(clock),
  };
});

describeContract('FakeLinks', peerLinksContract, () => {
  const clock = new VirtualClock();
  const network = new FakePeerNetwork(clock);
  const slow = { uplink: 20_000_000, latency: 30 };
  return { alice: network.addViewer(slow), bob: network.addViewer(), ...virtualWaiting(clock) };
});

describeContract('FakeTracker', signallingContract, (): SignallingWorld => {
  const clock = new VirtualClock();
  const tracker = new FakeTracker(clock, new SeededRandom(SEED));
  const unreachable = new FakeTracker(clock, new SeededRandom(SEED));
  unreachable.kill();
  return {
    signalling: {
      connect: (url, listener) => (url === 'ws://tracker' ? tracker : unreachable).connect(url, listener),
    },
    tracker: {
      url: 'ws://tracker',
      unreachableUrl: 'ws://nowhere',
      say: (text) => tracker.broadcast(text),
      drop() {
        tracker.kill();
        tracker.restart();
      },
      received: () => tracker.requests.map((request) => JSON.stringify(request)),
      connectionCount: () => tracker.connectionCount,
    },
    ...virtualWaiting(clock),
  };
});
