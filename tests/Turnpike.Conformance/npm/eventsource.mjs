// Server-sent events with a real EventSource. Arguments: the stream's address, and how many events to take before it ends.
// Writes each event as it comes: its id, a space, its data. The browser's rules are the package's own: it reconnects by itself.
import { EventSource } from 'eventsource';

const [address, count] = [process.argv[2], Number(process.argv[3])];
const source = new EventSource(address);
let seen = 0;
source.onopen = () => console.log('open');
source.onerror = error => console.log(`lost ${source.readyState} ${error.code ?? ''}`);
source.onmessage = event => {
    console.log(`${event.lastEventId} ${event.data}`);
    if (++seen === count) {
        source.close();
        console.log('done');
    }
};
