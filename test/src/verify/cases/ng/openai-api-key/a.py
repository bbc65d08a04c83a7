client = OpenAI(api_key="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")
