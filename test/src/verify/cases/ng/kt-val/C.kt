val clientSecret = "BSeqokKqWvjlQ5mnAGiW41OjXY8g1Myq"
