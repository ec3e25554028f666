/** What the proxies' server can do at most: it answers 200 and looks at nothing. Prints where it listens. */
import { createServer } from "node:http";

const server = createServer((_request, response) => {
  response.writeHead(200, { "Content-Length": 0 });
  response.end();
});
server.listen(0, "127.0.0.1", () => {
  const bound = server.address();
  console.log(`http://127.0.0.1:${typeof bound === "object" ? bound?.port : ""}`);
});
