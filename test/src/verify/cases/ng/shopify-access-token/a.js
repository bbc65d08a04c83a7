const t = "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";
