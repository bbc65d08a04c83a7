<?php
$password = $_POST['password'];
$token = bin2hex(random_bytes(32));
define('DB_PASSWORD', getenv('DB_PASSWORD'));
