// The reference tracker of the protocol, as a process of its own. Prints its port, ends with its parent.
import Server from 'bittorrent-tracker/server';

const server = new Server({ http: false, udp: false, ws: true, stats: false });
server.on('error', (error) => console.error(error.message));
server.listen(0, '127.0.0.1', () => console.log(server.ws.address().port));
process.stdin.on('end', () => process.exit(0)).resume();
