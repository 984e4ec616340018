import { openDatabase } from '@stratlab/knowledge/database.ts';
import { startTestQueue } from './queue-home.ts';

// A server process to be killed: node queue-server.ts <database> <concurrency> [redis]
const [file = '', concurrency = '1', redisUrl = ''] = process.argv.slice(2);
startTestQueue({ database: openDatabase(file), redisUrl: redisUrl || null }, Number(concurrency));
setInterval(() => {}, 60_000);
