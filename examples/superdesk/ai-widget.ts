// Functions for the AI widget of Superdesk's client: each sends the item in hand and returns what the
// widget shows. `GATEWAY` is a path of Superdesk's own host that a proxy passes on with a key.
const GATEWAY = '/mujaz/v1/superdesk';

async function ask<T>(name: string, article: unknown, language = 'en'): Promise<T> {
    const response = await fetch(`${GATEWAY}/${name}`, {
        method: 'POST',
        headers: {'Content-Type': 'application/json'},
        body: JSON.stringify({article, language}),
    });
    const answer = await response.json();
    if (!response.ok) {
        // A sentence for the person at the desk.
        throw new Error(answer.detail);
    }
    return answer;
}

export const generateHeadlines = (article: unknown): Promise<Array<string>> => ask('headlines', article);
export const generateSummary = (article: unknown): Promise<string> => ask('summary', article);
export const generateTranslations = (article: unknown, language: string): Promise<string> =>
    ask('translations', article, language);
