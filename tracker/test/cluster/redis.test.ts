import { describeDrills } from './drills';

describeDrills('redis');
