<?php
define('DB_NAME', 'wp');
define( 'DB_PASSWORD', 'y60pfrPUwtQ+60' );
define('AUTH_KEY', 'jtfjOCUdlcv5D08yZMl8HIhN3zCHoZYM5NhvZWDW3F6b2Fw_15');
