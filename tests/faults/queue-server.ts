import { openDatabase } from '@stratlab/knowledge/database.ts';
import { startTestQueue } from './queue-home.ts';

// A server process to be killed: node queue-server.ts <database> <concurrency>
const [file = '', concurrency = '1'] = process.argv.slice(2);
startTestQueue(openDatabase(file), Number(concurrency), undefined);
setInterval(() => {}, 60_000);
