// node http_server.js HOST PORT: a server that reads the body of each request.
const http = require('node:http');

const [host, port] = process.argv.slice(2);
const server = http.createServer((request, response) => {
  let length = 0;
  request.on('data', (data) => { length += data.length; });
  request.on('end', () => response.end(`${length}\n`));
});
server.listen(Number(port), host);
