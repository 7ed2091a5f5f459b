// What the JavaScript peers share, apart from what they show.

"use strict";

/** The longest message that peers with a limit accept, in bytes. */
const LIMIT = 65536;

/** The answer to a line without its end. */
const answer = (line) => `echo: ${line}\n`;
const answerCrlf = (line) => `echo: ${line}\r\n`;

/** The answer to a message with a header of ten columns: its text in capitals. */
function capitals(body) {
  const text = Buffer.from(body.toString().toUpperCase());
  return Buffer.concat([Buffer.from(String(text.length).padEnd(10)), text]);
}

/** The answer to a line, computed by something that takes longer for a longer line. */
const lookUp = (line) =>
  new Promise((resolve) => setTimeout(() => resolve(answer(line)), 10 * line.length));

/** Calls `onLine` with each line. */
function readLines(socket, onLine) {
  let buffer = Buffer.alloc(0);
  socket.on("data", (data) => {
    buffer = Buffer.concat([buffer, data]);
    let end;
    while ((end = buffer.indexOf("\n")) >= 0) {
      onLine(buffer.toString("utf8", 0, end));
      buffer = buffer.subarray(end + 1);
    }
  });
  return { isInsideLine: () => buffer.length > 0 };
}

/** Answers each line. Ends the connection after "quit". */
const serve = (socket) =>
  readLines(socket, (line) => {
    socket.write(answer(line));
    if (line === "quit") socket.end();
  });

/**
 * Answers each message with a header of ten columns. `parse` returns the length, or undefined if
 * there is nothing more to read.
 */
function serveHeaders(socket, parse) {
  let buffer = Buffer.alloc(0);
  let length;
  socket.on("data", (data) => {
    buffer = Buffer.concat([buffer, data]);
    for (;;) {
      if (length === undefined) {
        if (buffer.length < 10) return;
        length = parse(buffer.toString("utf8", 0, 10));
        if (typeof length !== "number") return;
        buffer = buffer.subarray(10);
      }
      if (buffer.length < length) return;
      socket.write(capitals(buffer.subarray(0, length)));
      buffer = buffer.subarray(length);
      length = undefined;
    }
  });
}

/** The length that a header declares, or undefined. */
const parseLength = (header) => (/^(0|[1-9][0-9]*) *$/.test(header) ? Number(header) : undefined);

/** Calls `onMessage` with the body of each message with a header of ten columns. */
function readMessages(socket, onMessage) {
  let buffer = Buffer.alloc(0);
  socket.on("data", (data) => {
    buffer = Buffer.concat([buffer, data]);
    while (buffer.length >= 10) {
      const length = parseLength(buffer.toString("latin1", 0, 10));
      if (length === undefined || length > LIMIT) return socket.destroy();
      if (buffer.length < 10 + length) return;
      onMessage(buffer.subarray(10, 10 + length));
      buffer = buffer.subarray(10 + length);
    }
  });
}

/** Ends a connection that has an error, as a peer does that has another defect. */
const ignoreErrors = (socket) => socket.on("error", () => socket.destroy());

module.exports = {
  LIMIT,
  answer,
  answerCrlf,
  capitals,
  ignoreErrors,
  lookUp,
  readLines,
  readMessages,
  serve,
  serveHeaders,
};
