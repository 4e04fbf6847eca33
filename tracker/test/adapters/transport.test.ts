import { BuiltInTransport } from '../../src/adapters/built-in-transport';
import { WsTransport } from '../../src/adapters/ws-transport';
import { describeTransportContract } from './transport-contract';

describeTransportContract('built-in', (host, limits) => new BuiltInTransport(host, limits));
describeTransportContract('ws', (host, limits) => new WsTransport(host, limits));
