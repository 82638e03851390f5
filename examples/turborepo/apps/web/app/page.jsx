'use client';

import { useState } from 'react';

const API = process.env.NEXT_PUBLIC_API_URL ?? 'http://localhost:4000';

export default function Page() {
  const [result, setResult] = useState('');
  const call = async () => {
    setResult('Calling...');
    setResult(await visit());
  };
  return (
    <main>
      <h1>A page that calls the API</h1>
      <button onClick={call}>Call the API</button>
      <p role="status">{result}</p>
    </main>
  );
}

// `include` sends the cookie. The header is not one that a form can send, so the browser sends a preflight first.
async function visit() {
  const options = { credentials: 'include', headers: { 'x-client': 'web' } };
  try {
    const response = await fetch(`${API}/visits`, options);
    const { visits, client } = await response.json();
    return `Visit ${visits}, client ${client}.`;
  } catch (error) {
    // A page never learns why. The terminal shows corsac's reason, or that the API is still compiling.
    return `${error.message}. Look for "api:dev" in the terminal.`;
  }
}
