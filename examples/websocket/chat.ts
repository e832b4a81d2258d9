// A WebSocket that only signed-in people can open, guarded as a page is.
import { createServer, type Server } from 'node:http';
import express from 'express';
import type { Auth, UpgradeVisitor } from 'latchkey';
import { type WebSocket, WebSocketServer } from 'ws';

/** Milliseconds: what a timer can count. */
const longestTimer = 2 ** 31 - 1;

/** Everybody who is signed in and may chat hears what the others say, with their names. */
export function createChat(auth: Auth): Server {
  const app = express();
  app.use(auth.routes());
  app.get('/', auth.currentUser(), (_req, res) => void res.send('<!doctype html><title>Chat</title>'));
  app.use(auth.errorHandler());

  const server = createServer(app);
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 16_384 });
  const guard = auth.upgrade({ app, scope: ['profile'] });

  server.on('upgrade', (req, socket, head) => {
    guard(req, socket)
      .then((visitor) => {
        // Null: refused, answered and closed already.
        if (visitor !== null) sockets.handleUpgrade(req, socket, head, (ws) => join(sockets, ws, visitor));
      })
      .catch(() => socket.destroy());
  });
  server.on('close', () => sockets.close());
  return server;
}

function join(sockets: WebSocketServer, ws: WebSocket, { user, auth }: UpgradeVisitor): void {
  if (user === null || auth === null) {
    ws.close(1008);
    return;
  }
  // What was judged at the handshake does not last for ever: the page opens the next socket, guarded anew.
  const left = Math.min((auth.expiresAt ?? Infinity) - Date.now(), longestTimer);
  const timer = setTimeout(() => ws.close(1008, 'open a new socket'), left);
  ws.on('close', () => clearTimeout(timer));
  ws.on('error', () => ws.terminate());
  ws.on('message', (data) => {
    const line = JSON.stringify({ from: user.name ?? user.sub, text: String(data) });
    for (const other of sockets.clients) other.send(line);
  });
}
