// Runs a peer: `node run.js MARKER FILE HOST PORT`. MARKER is a word with which a test finds the
// process.
//
// FILE exports one of these:
//
//     serve(socket)   one connection of a server
//     server          the whole server

"use strict";

const net = require("node:net");
const path = require("node:path");

const { ignoreErrors } = require("./protocol");

const [file, host, port] = process.argv.slice(3);
const peer = require(path.resolve(file));

function serveEach(socket) {
  ignoreErrors(socket);
  peer.serve(socket);
}

const server = peer.server ?? net.createServer(serveEach);
server.listen(Number(port), host);
