module.exports = { apiKey: "3JeLHW5ItpBmtv2splN9yyuMtSSMSUoZ", debug: false }
