// The Chromium of the tests runs, keeps what the page complains about, and lets axe look.
import { expect, it } from 'vitest';
import { startAttackerServer } from '../support/attacker-server.ts';
import { axeFindings, launchChromium, pageComplaints } from '../support/chromium.ts';

it('opens a page, finds what is wrong with it, and reaches nothing outside this machine', async () => {
  await using server = await startAttackerServer();
  server.answer = {
    status: 200,
    headers: { 'content-type': 'text/html', 'content-security-policy': "default-src 'none'" },
    body: '<!doctype html><html lang="en"><title>t</title><main><h1>t</h1><img src="http://outside.test/x"></main><script>1</script>',
  };
  const browser = await launchChromium();
  try {
    const page = await (await browser.newContext()).newPage();
    const complaints = pageComplaints(page);
    await page.goto(server.url);
    expect(await axeFindings(page)).toEqual([expect.stringContaining('image-alt')]);
    expect(complaints.join()).toContain('Content Security Policy');
    await expect(page.goto('http://outside.test/')).rejects.toThrow('ERR_NAME_NOT_RESOLVED');
  } finally {
    await browser.close();
  }
});
