import { describeBusContract } from '../../contracts/bus-contract';

describeBusContract('memory');
