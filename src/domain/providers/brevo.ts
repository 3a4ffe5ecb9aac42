// What Brevo (once Sendinblue) says to an account that may not send yet. Data.

import type { Provider } from '../rule.js';

export const BREVO: Provider = {
  relays: /^smtp-relay\.(?:brevo|sendinblue)\.com$/,
  rules: [
    // https://github.com/WPManageNinja/fluent-smtp/issues/157 has the words.
    {
      rule: 'brevo-not-activated',
      source:
        'https://help.sendinblue.com/hc/en-us/articles/115000188150-Troubleshooting-issues-with-the-SMTP',
      code: 'no',
      words: /SMTP account is not yet activated/i,
      means: { action: 'stop', meaning: 'Ask Brevo to open its SMTP relay for this account.' },
    },
    // Said to the login as much as to MAIL FROM.
    {
      rule: 'brevo-login',
      source: 'https://github.com/frappe/frappe/issues/38806',
      code: [502],
      words: /please authenticate first/i,
      means: { action: 'stop', meaning: 'It asks for a login: the password is an SMTP key, not an API key.' },
    },
  ],
};
