// Lets `wirecheck fuzz --framer -- node framer.mjs` test a framer.
import { createInterface } from 'node:readline';

// Put yours here: push() and finish() return the messages that are complete.
class Framer {
  buffer = Buffer.alloc(0);

  push(chunk) {
    this.buffer = Buffer.concat([this.buffer, chunk]);
    const lines = [];
    for (let end; (end = this.buffer.indexOf('\n')) >= 0; ) {
      lines.push(this.buffer.subarray(0, end));
      this.buffer = this.buffer.subarray(end + 1);
    }
    return lines;
  }

  finish() {
    return [];
  }
}

function answer(words) {
  const framer = new Framer();
  const answers = [];
  try {
    for (const word of words) {
      const messages = word === '.' ? framer.finish() : framer.push(Buffer.from(word, 'hex'));
      answers.push(messages.map((it) => `=${it.toString('hex')}`).join('') || '-');
    }
  } catch (error) {
    // Mistakes of the program are no errors of the stream.
    if (error instanceof TypeError || error instanceof ReferenceError) throw error;
    answers.push(`!${String(error).replaceAll(/\s/g, '_')}`);
  }
  return answers.join(' ');
}

createInterface({ input: process.stdin }).on('line', (line) => {
  process.stdout.write(`${answer(line.split(' ').filter(Boolean))}\n`);
});
