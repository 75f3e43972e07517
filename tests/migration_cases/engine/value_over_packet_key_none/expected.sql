SELECT nr, LENGTH(a), MD5(a), b FROM files WHERE nr = 2 AND b = 'fits'
-- 2 800000 8e0bf334647ef755588e6a79f03237b5 fits
