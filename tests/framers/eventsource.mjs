// The package `eventsource-parser`. Version 3.0.0 takes a CR and a LF in two chunks for two line ends.
import { createInterface } from 'node:readline';
import { createParser } from 'eventsource-parser';

class Framer {
  constructor() {
    this.decoder = new TextDecoder();
    this.parser = createParser({ onEvent: (event) => this.events.push(Buffer.from(event.data)) });
  }

  push(chunk) {
    this.events = [];
    this.parser.feed(this.decoder.decode(chunk, { stream: true }));
    return this.events;
  }

  finish() {
    return [];
  }
}

function answer(words) {
  const framer = new Framer();
  const answers = [];
  for (const word of words) {
    const messages = word === '.' ? framer.finish() : framer.push(Buffer.from(word, 'hex'));
    answers.push(messages.map((it) => `=${it.toString('hex')}`).join('') || '-');
  }
  return answers.join(' ');
}

createInterface({ input: process.stdin }).on('line', (line) => {
  process.stdout.write(`${answer(line.split(' ').filter(Boolean))}\n`);
});
