// A program that knows nothing of OpenTelemetry: a server of HTTP, one request to it, and an end.
const http = require("node:http");

const server = http.createServer((_request, response) => response.end("here"));
server.listen(0, "127.0.0.1", () => {
  http.get({ port: server.address().port, host: "127.0.0.1", path: "/things/7" }, (response) => {
    response.resume().on("end", () => {
      console.log(`answered ${response.statusCode}`);
      server.close();
    });
  });
});
