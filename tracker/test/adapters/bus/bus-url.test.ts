import { BUS_URL_RULE, createBusDriver } from '../../../src/adapters/bus/bus-url';

function problemOf(url: string): string {
  try {
    createBusDriver(url);
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError);
    return (error as Error).message;
  }
  return '';
}

describe('createBusDriver', () => {
  test.each([
    'nats://localhost',
    'nats://user:p%40ss@10.0.0.1:4222?prefix=eu-1',
    'nats://token@[::1]:4222',
    'nats://a:4222,b:4223,c',
    'nats://a:4222,nats://b:4223?prefix=x',
    'tls://nats.example:4222',
    'redis://localhost',
    'redis://:secret@[::1]:6380/0?prefix=eu',
    'rediss://user:secret@valkey.example',
    'unix:///run/p2p/bus.sock',
  ])('[TRK-125] %s is one, and nothing is opened for it yet', (url) => {
    expect(createBusDriver(url)).toBeInstanceOf(Function);
  });

  test.each([
    ['', BUS_URL_RULE],
    ['localhost:4222', BUS_URL_RULE],
    ['nats:', BUS_URL_RULE],
    ['nats://', BUS_URL_RULE],
    ['http://secret@localhost', `${BUS_URL_RULE}, not http:`],
    ['amqp://user:secret@localhost', `${BUS_URL_RULE}, not amqp:`],
    ['unix://secret/bus.sock', `${BUS_URL_RULE}, not unix:`],
    ['unix:', `${BUS_URL_RULE}, not unix:`],
    ['nats://secret:secret@a:99999', BUS_URL_RULE],
    ['nats://secret@a,http://b', 'hosts of nats: and http: are not of one cluster'],
    ['nats://us%er:secret@a', 'two hexadecimal digits'],
    ['redis://:secret@a,b', 'only NATS takes several hosts'],
    ['nats://secret@a?prefix=a.b', 'prefix must be 1 to 32'],
    ['nats://secret@a?prefix=', 'prefix must be 1 to 32'],
    ['redis://secret@a?db=1', 'prefix is the only parameter'],
  ])('[TRK-125] %s is refused with what is allowed, and without its credentials', (url, part) => {
    const problem = problemOf(url);
    expect(problem).toContain(part);
    expect(problem).not.toContain('secret');
  });
});
