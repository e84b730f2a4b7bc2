"""The sites that send most visits today, by the names that Plausible shows.

Here stands as well all that ``data/referrers.json``, the long tail, lacks or puts elsewhere:
shops, video, AI assistants. ``sites.py`` looks things up in both.
"""

from __future__ import annotations

from typing import NamedTuple

SEARCH = "search"
SOCIAL = "social"
VIDEO = "video"
SHOPPING = "shopping"
EMAIL = "email"
AI = "ai"


class Source(NamedTuple):
    """A site as people know it.

    ``hosts`` are separated by blanks and stand for all below them as well; one that ends in
    ".*" stands for every country's (google.de, google.co.uk). ``tags`` are what else people
    write into utm_source; the name itself needs no tag. ``kind`` is "" where the site has no
    channel of its own.
    """

    name: str
    kind: str
    hosts: str
    tags: str = ""


SOURCES = [
    Source("ChatGPT", AI, "chatgpt.com chat.openai.com", "openai"),
    Source("Character.ai", AI, "character.ai"),
    Source("Claude", AI, "claude.ai"),
    Source("DeepSeek", AI, "deepseek.com"),
    Source("Doubao", AI, "doubao.com"),
    Source("Duck.ai", AI, "duck.ai"),
    Source("Google Gemini", AI, "gemini.google.com bard.google.com", "gemini"),
    Source("Grok", AI, "grok.com"),
    Source("Kimi", AI, "kimi.com kimi.ai kimi.moonshot.cn"),
    Source("Le Chat", AI, "chat.mistral.ai", "mistral"),
    Source("Meta AI", AI, "meta.ai"),
    Source("Microsoft Copilot", AI, "copilot.microsoft.com copilot.com", "copilot"),
    Source("NotebookLM", AI, "notebooklm.google.com"),
    Source("Perplexity", AI, "perplexity.ai pplx.ai ai.perplexity.app.android"),
    Source("Phind", AI, "phind.com"),
    Source("Poe", AI, "poe.com"),
    Source("Qwen", AI, "chat.qwen.ai qwen.ai"),
    Source("You.com", AI, "you.com"),
    Source("AOL", SEARCH, "search.aol.com search.aol.co.uk aol.com"),
    Source("Ask", SEARCH, "ask.com"),
    Source("Baidu", SEARCH, "baidu.com"),
    Source("Bing", SEARCH, "bing.com ntp.msn.com msn.com com.microsoft.bing", "msn"),
    Source("Brave", SEARCH, "search.brave.com brave.com"),
    Source("Cốc Cốc", SEARCH, "coccoc.com", "coccoc"),
    Source("Daum", SEARCH, "search.daum.net daum.net"),
    Source("DuckDuckGo", SEARCH, "duckduckgo.com com.duckduckgo.mobile.android", "ddg"),
    Source("Ecosia", SEARCH, "ecosia.org"),
    Source(
        "Google",
        SEARCH,
        "google.* com.google.android.googlequicksearchbox syndicatedsearch.goog",
        "adwords gads",
    ),
    Source("Kagi", SEARCH, "kagi.com"),
    Source("Lilo", SEARCH, "search.lilo.org lilo.org"),
    Source("Marginalia", SEARCH, "marginalia-search.com search.marginalia.nu"),
    Source("Mojeek", SEARCH, "mojeek.com"),
    Source("Naver", SEARCH, "naver.com"),
    Source("Petal Search", SEARCH, "petalsearch.com"),
    Source("Qwant", SEARCH, "qwant.com"),
    Source("Seznam", SEARCH, "seznam.cz search.seznam.cz"),
    Source("Sogou", SEARCH, "sogou.com"),
    Source("Startpage", SEARCH, "startpage.com"),
    Source("Swisscows", SEARCH, "swisscows.com"),
    Source("Yahoo!", SEARCH, "yahoo.com yahoo.co.jp search.yahoo.com", "yahoo"),
    Source("Yandex", SEARCH, "yandex.* yandex.eu ya.ru"),
    Source("360 Search", SEARCH, "so.com"),
    Source("Bluesky", SOCIAL, "bsky.app", "bsky"),
    Source("Discord", SOCIAL, "discord.com discordapp.com discord.gg com.discord"),
    Source(
        "Facebook",
        SOCIAL,
        "facebook.com fb.com fb.me fb.watch messenger.com com.facebook.katana com.facebook.orca",
        "fb fcb facebook_feed messenger",
    ),
    Source("Flipboard", SOCIAL, "flipboard.com flipboard.app"),
    Source("GitHub", SOCIAL, "github.com"),
    Source("Hacker News", SOCIAL, "news.ycombinator.com hckrnews.com", "hackernews hn"),
    Source("Instagram", SOCIAL, "instagram.com com.instagram.android", "ig insta"),
    Source("KakaoTalk", SOCIAL, "kakao.com talk.kakao.com", "kakao"),
    Source("Lemmy", SOCIAL, "lemmy.world lemmy.ml"),
    Source("LINE", SOCIAL, "line.me jp.naver.line.android"),
    Source("LinkedIn", SOCIAL, "linkedin.com lnkd.in com.linkedin.android", "linked-in"),
    Source("Lobsters", SOCIAL, "lobste.rs"),
    Source(
        "Mastodon",
        SOCIAL,
        "mastodon.social mastodon.online fosstodon.org hachyderm.io infosec.exchange mas.to"
        " mstdn.social mstdn.jp techhub.social phanpy.social elk.zone org.joinmastodon.android",
    ),
    Source("Medium", SOCIAL, "medium.com"),
    Source("Microsoft Teams", SOCIAL, "teams.microsoft.com statics.teams.cdn.office.net", "teams"),
    Source("Odnoklassniki", SOCIAL, "ok.ru odnoklassniki.ru"),
    Source("Pinterest", SOCIAL, "pinterest.* pin.it com.pinterest"),
    Source("Product Hunt", SOCIAL, "producthunt.com", "producthunt"),
    Source("Quora", SOCIAL, "quora.com"),
    Source("Reddit", SOCIAL, "reddit.com redd.it com.reddit.frontpage"),
    Source("Skype", SOCIAL, "skype.com"),
    Source("Slack", SOCIAL, "slack.com com.slack"),
    Source("Snapchat", SOCIAL, "snapchat.com com.snapchat.android"),
    Source("Stack Exchange", SOCIAL, "stackexchange.com", "stackexchange"),
    Source("Stack Overflow", SOCIAL, "stackoverflow.com", "stackoverflow"),
    Source("Steam Community", SOCIAL, "steamcommunity.com"),
    Source("Telegram", SOCIAL, "t.me telegram.me telegram.org org.telegram.messenger"),
    Source("Threads", SOCIAL, "threads.net threads.com com.instagram.barcelona"),
    Source("TikTok", SOCIAL, "tiktok.com com.zhiliaoapp.musically", "tik.tok"),
    Source("Tumblr", SOCIAL, "tumblr.com t.umblr.com"),
    Source("Viber", SOCIAL, "viber.com"),
    Source("Vkontakte", SOCIAL, "vk.com vk.ru vkontakte.ru", "vk"),
    Source("WeChat", SOCIAL, "weixin.qq.com wechat.com com.tencent.mm", "weixin"),
    Source("Weibo", SOCIAL, "weibo.com weibo.cn t.cn"),
    Source("WhatsApp", SOCIAL, "whatsapp.com wa.me com.whatsapp"),
    Source("X (Twitter)", SOCIAL, "x.com t.co twitter.com com.twitter.android", "x twitter"),
    Source("XING", SOCIAL, "xing.com"),
    Source("Yelp", SOCIAL, "yelp.*"),
    Source("Zalo", SOCIAL, "zalo.me"),
    Source("Bilibili", VIDEO, "bilibili.com"),
    Source("Crackle", VIDEO, "crackle.com"),
    Source("Dailymotion", VIDEO, "dailymotion.com dai.ly"),
    Source("Disney+", VIDEO, "disneyplus.com", "disneyplus"),
    Source("Hulu", VIDEO, "hulu.com"),
    Source("iQIYI", VIDEO, "iqiyi.com iq.com"),
    Source("Kick", VIDEO, "kick.com"),
    Source("Netflix", VIDEO, "netflix.com"),
    Source("Odysee", VIDEO, "odysee.com"),
    Source("Rumble", VIDEO, "rumble.com"),
    Source("TED", VIDEO, "ted.com"),
    Source("Twitch", VIDEO, "twitch.tv"),
    Source("Vimeo", VIDEO, "vimeo.com"),
    Source("Wistia", VIDEO, "wistia.com wistia.net"),
    Source("Youku", VIDEO, "youku.com"),
    Source("YouTube", VIDEO, "youtube.com youtu.be com.google.android.youtube", "yt"),
    Source("Alibaba", SHOPPING, "alibaba.com"),
    Source("AliExpress", SHOPPING, "aliexpress.* aliexpress.com"),
    Source("Amazon", SHOPPING, "amazon.*"),
    Source("eBay", SHOPPING, "ebay.*"),
    Source("Etsy", SHOPPING, "etsy.com etsy.me"),
    Source("Flipkart", SHOPPING, "flipkart.com"),
    Source("Google Shopping", SHOPPING, "shopping.google.com"),
    Source("IGShopping", SHOPPING, ""),
    Source("Mercado Libre", SHOPPING, "mercadolibre.* mercadolivre.com.br", "mercadolibre"),
    Source("Rakuten", SHOPPING, "rakuten.co.jp rakuten.com"),
    Source("Shein", SHOPPING, "shein.com"),
    Source("Shop.app", SHOPPING, "shop.app"),
    Source("Shopify", SHOPPING, "shopify.com"),
    Source("Temu", SHOPPING, "temu.com"),
    Source("Walmart", SHOPPING, "walmart.com"),
    Source("Zalando", SHOPPING, "zalando.*"),
    Source("Gmail", EMAIL, "mail.google.com inbox.google.com com.google.android.gm"),
    Source("GMX Mail", EMAIL, "deref-gmx.net deref-gmx.com navigator.gmx.net"),
    Source(
        "Outlook",
        EMAIL,
        "outlook.live.com mail.live.com outlook.office.com outlook.office365.com"
        " com.microsoft.office.outlook",
    ),
    Source("Proton Mail", EMAIL, "mail.proton.me", "protonmail"),
    Source("Web.de Mail", EMAIL, "deref-web.de navigator.web.de"),
    Source("Yahoo! Mail", EMAIL, "mail.yahoo.com mail.yahoo.co.jp"),
    Source("Apple News", "", "apple.news"),
    Source("Linktree", "", "linktr.ee"),
    Source("Microsoft 365", "", "officeapps.live.com"),
    Source("Microsoft account", "", "login.live.com login.microsoftonline.com"),
    Source("Substack", "", "substack.com"),
    Source("Wikipedia", "", "wikipedia.org"),
]
