import { describeBusContract } from '../../contracts/bus-contract';

describeBusContract('nats');
