export const USAGE = `cvt: the Convolutional vision Transformer on the command line

  cvt classify IMAGE… [--checkpoint MODEL [--spec FILE]] [--activation quick_gelu|gelu] [--size 224|384|N]
               [--precision fp32|int8] [--json]
      The five likeliest classes of each picture. Without --checkpoint: the demo, a small model for drawings of
      100 everyday objects. --json prints an array of {file, model, top: [{index, label, probability}], precision, ms}.

  cvt evaluate FOLDER [--model ID]… [--checkpoint FILE]… [--labels FILE] [--classes FILE] [--batch N] [--lanes N]
               [--limit N] [--spec FILE] [--activation quick_gelu|gelu] [--size 224|384|N] [--precision fp32|int8]
               [--out FILE]… [--json] [--fresh] [--force]
      Accuracy on pictures whose class is known, from the names of their folders (WordNet id, class name or index) or from a
      labels file (val_map.txt or CSV; a flat folder may hold one as val_map.txt or labels.csv). Prints a table, with --json
      the whole report; --out writes it as .json, .html, or .csv with a line a picture. Pictures that cannot be read are
      listed and do not fail it. An interrupted run goes on where it was when started again; --fresh starts over.
      --classes FILE: the class names of the model, one a line or JSON. --limit N: that many pictures, spread evenly.
      --lanes N: so many pictures (or batches) at the same time, each by a copy of the model on threads of its own; by default
      as many as cores and memory are good for.

  cvt attention IMAGE --view rollout|row|received|attribution --out FILE.png|FILE.svg|FILE.npy
                [--checkpoint MODEL [--spec FILE]] [--stage N] [--block N] [--head N] [--query X,Y] [--class NAME]
                [--contrast NAME] [--size 224|HxW] [--smooth] [--no-picture] [--no-caption] [--colors NAME]
                [--scale 1|2|3|4] [--activation quick_gelu|gelu] [--precision fp32|int8] [--force]
      One attention map of one picture: a figure with colour bar and caption, or as .npy its exact values, float32
      [rows, cols]; what the class token has beside the grid is said on stderr. Stages, blocks and heads count from 1,
      as in the app; by default the last stage, its last block, the mean over heads.
      rollout       from the class token, or the last stage's token at --query, through all stages to the pixels of the
                    input; with --stage to that stage's tokens
      row           what one token attends to: the one at --query, else the class token
      received      how much attention each key gets, as the mean over queries
      attribution   what each key of the last stage adds to the logit of --class (by name or index; the likeliest by
                    default), less that of --contrast: the sum over blocks and heads unless --block or --head names one
      --query is in pixels of the picture from its top left; --scale is the pixels of a PNG (2: about 1500 wide);
      --colors is inferno, viridis, magma, cividis or greys, for attribution blue-red, purple-orange or brown-teal.

  cvt export MODEL --out FILE.onnx [--spec FILE] [--size 224|HxW] [--batch N] [--attention]
             [--activation quick_gelu|gelu] [--force]
      One self-contained ONNX file: input pixel_values [batch, 3, height, width], output logits [batch, classes];
      with --attention also stageS.blockB.attention [batch, heads, queries, keys] for every block.

  cvt models [--json]
      What is on this machine and what can be had.

  cvt pull ID
      Downloads a model, or goes on with a download; prints the path of its weights. Ctrl-C pauses.

  cvt remove ID
      Deletes a model, or what has arrived of one. Files in the Hugging Face cache are left alone.

  MODEL           a checkpoint file, or the ID of a model that was pulled
  ID              a model of the catalog (cvt-13-224-1k), or any Hugging Face repository of a CvT: owner/name[@revision]
  --spec FILE     the architecture: an official experiment file (YAML), its SPEC keys as JSON, or a Hugging Face config.json;
                  needed for what is not CvT-13, CvT-21 or CvT-W24
  --size          default: 384 where the checkpoint's name says so, else 224
  --precision     int8: the blocks' linear layers in 8-bit integers, smaller and faster on the CPU and a little less exact; the weights are
                  converted once and kept
  --force         replace the output file where there is one

Environment: HF_ENDPOINT (a mirror of the hub), HF_TOKEN (for private repositories), HF_HOME and HF_HUB_CACHE (where files
that other programs have downloaded are found), HTTPS_PROXY, HTTP_PROXY, NO_PROXY.
Checkpoints: PyTorch (.pth, .pt, .bin), safetensors, PaddleViT and PASSL (.pdparams), CvT-TensorFlow (.h5).
Pictures: JPEG, PNG, WebP, GIF, AVIF.
Exit codes: 0 done; 2 bad input, with "error[CODE]: message" on stderr; 1 anything unexpected.
`;
