import { describeDrills } from './drills';

describeDrills('nats');
