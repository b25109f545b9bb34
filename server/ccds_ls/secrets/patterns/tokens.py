"""Tokens that are told by how they begin, whatever stands around them.

The secret engine knows these providers as well, but not in every surrounding (within parentheses, behind a word it
does not know, with less entropy than it wants), and it can be missing. The forms are those that providers document.
"""

from __future__ import annotations

import re

from ccds_ls.secrets.patterns.match import Match
from ccds_ls.secrets.patterns.placeholders import is_placeholder
from ccds_ls.secrets.patterns.values import is_random

# kind, title, how they begin, what follows. The first count of what follows is the least that is looked for.
_TOKENS = (
    ("huggingface-token", "Hugging Face token", r"hf_|api_org_", r"[A-Za-z0-9]{34}"),
    ("github-token", "GitHub token", r"gh[pousr]_|github_pat_", r"[A-Za-z0-9_]{36,251}"),
    ("gitlab-token", "GitLab token", r"gl(?:pat|dt|ptt|rt|cbt|ft|soat|agent|imt|oas)-", r"[\w.-]{20,70}"),
    ("openai-api-key", "OpenAI API key", r"sk-(?:proj|svcacct|admin|none)-", r"[\w-]{40,200}"),
    ("anthropic-api-key", "Anthropic API key", r"sk-ant-", r"[\w-]{40,200}"),
    ("openrouter-api-key", "OpenRouter API key", r"sk-or-v1-", r"[0-9a-f]{64}"),
    ("openai-api-key", "OpenAI API key", r"sk-", r"[A-Za-z0-9]{32,64}"),
    ("aws-access-key-id", "AWS access key id", r"AKIA|ASIA", r"[A-Z0-9]{16}"),
    ("slack-token", "Slack token", r"xox[abeprs]-|xapp-1-", r"[A-Za-z0-9-]{24,200}"),
    ("databricks-token", "Databricks token", r"dapi", r"[0-9a-f]{32}(?:-\d)?"),
    ("google-api-key", "Google API key", r"AIza", r"[\w-]{35}"),
    ("google-oauth-secret", "Google OAuth secret", r"GOCSPX-", r"[\w-]{24,32}"),
    ("google-oauth-token", "Google OAuth token", r"ya29\.", r"[\w-]{40,400}"),
    ("groq-api-key", "Groq API key", r"gsk_", r"[A-Za-z0-9]{40,60}"),
    ("replicate-token", "Replicate token", r"r8_", r"[A-Za-z0-9]{37}"),
    ("kaggle-token", "Kaggle token", r"KGAT_", r"[0-9a-f]{32}"),
    ("wandb-api-key", "Weights & Biases API key", r"wandb_v1_", r"\w{40,120}"),
    ("pinecone-api-key", "Pinecone API key", r"pcsk_", r"\w{50,90}"),
    ("langsmith-api-key", "LangSmith API key", r"lsv2_(?:pt|sk)_|ls__", r"[0-9a-f]{32}(?:_[0-9a-f]{10})?"),
    ("tavily-api-key", "Tavily API key", r"tvly-", r"[A-Za-z0-9-]{28,60}"),
    ("nvidia-api-key", "NVIDIA API key", r"nvapi-", r"[\w-]{60,70}"),
    ("prefect-api-key", "Prefect API key", r"pn[ub]_", r"[A-Za-z0-9]{36}"),
    ("perplexity-api-key", "Perplexity API key", r"pplx-", r"[A-Za-z0-9]{40,60}"),
    ("xai-api-key", "xAI API key", r"xai-", r"[A-Za-z0-9]{70,90}"),
    ("dbt-token", "dbt token", r"dbt[cu]_", r"[\w-]{36,60}"),
    ("azure-client-secret", "Azure client secret", r"[A-Za-z0-9_.~-]{3}8Q~", r"[\w.~-]{31,34}"),
    ("stripe-key", "Stripe key", r"[sr]k_(?:live|test)_|whsec_", r"[A-Za-z0-9]{24,110}"),
    ("square-token", "Square token", r"sq0(?:atp|csp|idp)-", r"[\w-]{22,43}"),
    ("sendgrid-api-key", "SendGrid API key", r"SG\.", r"[\w-]{20,24}\.[\w-]{39,50}"),
    ("mailgun-api-key", "Mailgun API key", r"key-", r"[0-9a-f]{32}"),
    ("brevo-api-key", "Brevo API key", r"xkeysib-", r"[0-9a-f]{64}-[A-Za-z0-9]{16}"),
    ("shopify-token", "Shopify token", r"shp(?:at|ss|pa|ca)_", r"[0-9a-fA-F]{32}"),
    ("docker-token", "Docker token", r"dckr_[po]at_", r"[\w-]{27,32}"),
    ("npm-token", "npm token", r"npm_", r"[A-Za-z0-9]{36}"),
    ("pypi-token", "PyPI token", r"pypi-AgE", r"[\w-]{50,250}"),
    ("digitalocean-token", "DigitalOcean token", r"do[opr]_v1_", r"[0-9a-f]{64}"),
    ("vault-token", "Vault token", r"hv[sbr]\.", r"[\w-]{24,300}"),
    ("grafana-token", "Grafana token", r"glsa_|glc_eyJ", r"[\w+/=]{30,400}"),
    ("notion-token", "Notion token", r"ntn_|secret_", r"[A-Za-z0-9]{43,50}"),
    ("dropbox-token", "Dropbox token", r"sl\.", r"[\w-]{130,200}"),
    ("planetscale-token", "PlanetScale token", r"pscale_(?:tkn|pw|oauth)_", r"[\w.-]{32,64}"),
    ("newrelic-api-key", "New Relic API key", r"NR(?:AK|AA|II|RA|BR)-", r"[A-Za-z0-9-]{27,45}"),
    ("sentry-token", "Sentry token", r"sntry[us]_", r"[\w+/=]{50,400}"),
    ("adafruit-api-key", "Adafruit API key", r"aio_", r"[A-Za-z0-9]{28}"),
    ("age-secret-key", "age secret key", r"AGE-SECRET-KEY-1", r"[A-Z0-9]{58}"),
    ("bitbucket-token", "Bitbucket token", r"ATBB", r"[A-Za-z0-9]{32}"),
    ("atlassian-token", "Atlassian token", r"AT[AC]TT3", r"[\w=-]{100,300}"),
    ("figma-token", "Figma token", r"figd_", r"[\w-]{38,44}"),
    ("flutterwave-key", "Flutterwave key", r"FLWSECK(?:_TEST)?-", r"[0-9a-zA-Z]{12,40}-X"),
    ("tailscale-key", "Tailscale key", r"tskey-[a-z]{3,8}-", r"[A-Za-z0-9]{8,30}-[A-Za-z0-9]{20,40}"),
    ("render-api-key", "Render API key", r"rnd_", r"[A-Za-z0-9]{32}"),
    ("alibaba-access-key", "Alibaba access key", r"LTAI", r"[A-Za-z0-9]{16,20}"),
    ("artifactory-token", "Artifactory token", r"AKCp|cmVmdGtuO", r"[A-Za-z0-9]{54,72}"),
    ("confluent-key", "Confluent key", r"cflt", r"[A-Za-z0-9+/]{60,64}"),
    ("voiceflow-api-key", "Voiceflow API key", r"VF\.(?:DM|WS)\.", r"[0-9a-f]{24}\.[A-Za-z0-9]{16}"),
    ("doppler-token", "Doppler token", r"dp\.(?:pt|st|ct|sa|scim|audit)\.", r"[\w.-]{40,60}"),
    ("linear-api-key", "Linear API key", r"lin_(?:api|oauth)_", r"[A-Za-z0-9]{32,64}"),
    ("postman-api-key", "Postman API key", r"PMAK-", r"[0-9a-f]{24}-[0-9a-f]{34}"),
    ("pulumi-token", "Pulumi token", r"pul-", r"[0-9a-f]{40}"),
    ("supabase-token", "Supabase token", r"sbp_|sb_secret_", r"[\w-]{30,60}"),
    ("rubygems-token", "RubyGems token", r"rubygems_", r"[0-9a-f]{48}"),
    ("contentful-token", "Contentful token", r"CFPAT-", r"[\w-]{43}"),
    ("duffel-token", "Duffel token", r"duffel_(?:test|live)_", r"[\w=-]{43}"),
    ("fly-token", "Fly token", r"fo1_|FlyV1 fm", r"[\w+/=,-]{42,600}"),
    ("lob-api-key", "Lob API key", r"(?:live|test)_", r"[0-9a-f]{35}"),
    ("yandex-api-key", "Yandex API key", r"AQVN", r"[\w-]{35,38}"),
    ("nuget-api-key", "NuGet API key", r"oy2", r"[a-z0-9]{43}"),
    ("scaleway-access-key", "Scaleway access key", r"SCW", r"[A-Z0-9]{17}"),
    ("infracost-api-key", "Infracost API key", r"ico-", r"[A-Za-z0-9]{32}"),
    ("endor-token", "Endor token", r"endr\+", r"[A-Za-z0-9-]{16}"),
    ("salesforce-token", "Salesforce token", r"00D[A-Za-z0-9]{12,15}!", r"[A-Za-z0-9._]{80,130}"),
    ("telegram-token", "Telegram bot token", r"[0-9]{8,10}:AA", r"[\w-]{32,33}"),
    ("planet-api-key", "Planet API key", r"PLAK", r"[0-9a-f]{32}"),
    ("mapbox-secret-token", "Mapbox secret token", r"sk\.eyJ", r"[\w-]{40,200}\.[\w-]{20,30}"),
    ("braintree-token", "Braintree token", r"access_token\$(?:production|sandbox)\$", r"[0-9a-z]{16}\$[0-9a-f]{32}"),
    ("discord-webhook", "Discord webhook", r"https://discord(?:app)?\.com/api/webhooks/[0-9]{17,20}/", r"[\w-]{60,80}"),
    ("slack-webhook", "Slack webhook", r"https://hooks\.slack\.com/services/", r"T\w{8,12}/B\w{8,12}/\w{20,26}"),
    ("zapier-webhook", "Zapier webhook", r"https://hooks\.zapier\.com/hooks/catch/", r"\d{5,9}/\w{5,30}"),
)  # fmt: skip
_TOKEN = re.compile(
    "|".join(
        f"(?P<t{number}>(?:{beginning})(?P<b{number}>{body}))"
        for number, (_, _, beginning, body) in enumerate(_TOKENS)
    )
)
_IN_WORD = re.compile(r"[A-Za-z0-9_]")
_BEGINS_NAMES_TOO = re.compile(r"key-|test_|live_")  # names of files and folders
_PATH = re.compile(r"[./]\w")
_LEAST = 32  # So many characters tell a token from a word; counting more of them costs the engine time.


def _prefilter(beginning: str, body: str) -> str:
    """The beginning, and the least that follows it: ``[a-z]{36,251}`` becomes ``[a-z]{32}``."""
    first, _, least = body[: body.index("}")].rpartition("{")
    return f"(?:{beginning}){first}{{{min(int(least.partition(',')[0]), _LEAST)}}}"


PATTERNS = tuple(dict.fromkeys(_prefilter(beginning, body) for _, _, beginning, body in _TOKENS))
"""Where a token may begin: cheap patterns, as those of ``candidate``, but for letters as they are written."""


def at(text: str, place: int) -> Match | None:
    """The provider's token that begins at a place, None where it is none, or a part of something longer."""
    match = _TOKEN.match(text, place)
    if match is None or _IN_WORD.match(text, match.end()):
        return None
    # In the URL of Telegram's interface "bot" stands before the token.
    if place and _IN_WORD.match(text, place - 1) and text[max(0, place - 4) : place] != "/bot":
        return None
    if _BEGINS_NAMES_TOO.match(match[0]) and (
        text[max(0, place - 1) : place] == "/" or _PATH.match(text, match.end())
    ):
        return None
    group = match.lastgroup or ""
    body = match[f"b{group[1:]}"]
    # Capitals alone look like words sooner: of AWS's ids one in twelve.
    if is_placeholder(body) or not (is_random(body, 12) or (body.isupper() and len(set(body)) > 8)):
        return None
    kind, title, *_ = _TOKENS[int(group[1:])]
    return Match(*match.span(), kind, title, "high")
